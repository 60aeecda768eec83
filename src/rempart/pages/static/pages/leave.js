// “Leave this page”: goes to the same address as the link does, and leaves nothing to go back to.
for (const link of document.querySelectorAll("[data-leave]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    location.replace(link.href);
  });
}
