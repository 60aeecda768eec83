"""What can be done about somebody's age: one function a use case."""
