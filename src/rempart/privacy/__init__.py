"""The register of personal columns, and the deletion of what is past its retention."""
