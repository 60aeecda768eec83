// Adds and uses passkeys: the one part of signing in that a page cannot do without JavaScript.
"use strict";

const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const toText = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function optionsOf(form) {
  const onPage = document.getElementById("passkey-options");
  if (onPage) return JSON.parse(onPage.textContent).publicKey;
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()).request_options.publicKey;
}

async function add(options) {
  options.challenge = toBytes(options.challenge);
  options.user.id = toBytes(options.user.id);
  for (const known of options.excludeCredentials || []) known.id = toBytes(known.id);
  options.authenticatorSelection = {
    ...options.authenticatorSelection,
    residentKey: "required",
    requireResidentKey: true,
    userVerification: "required",
  };
  const made = await navigator.credentials.create({ publicKey: options });
  return {
    attestationObject: toText(made.response.attestationObject),
    clientDataJSON: toText(made.response.clientDataJSON),
    made,
  };
}

async function use(options) {
  options.challenge = toBytes(options.challenge);
  for (const known of options.allowCredentials || []) known.id = toBytes(known.id);
  const made = await navigator.credentials.get({ publicKey: options });
  const { authenticatorData, clientDataJSON, signature, userHandle } = made.response;
  return {
    authenticatorData: toText(authenticatorData),
    clientDataJSON: toText(clientDataJSON),
    signature: toText(signature),
    userHandle: userHandle ? toText(userHandle) : null,
    made,
  };
}

async function send(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const failed = form.querySelector("[role=alert]");
  failed.hidden = true;
  try {
    const { made, ...response } = await (form.dataset.passkey === "add" ? add : use)(await optionsOf(form));
    form.elements.credential.value = JSON.stringify({
      id: made.id,
      rawId: toText(made.rawId),
      type: made.type,
      authenticatorAttachment: made.authenticatorAttachment,
      clientExtensionResults: made.getClientExtensionResults(),
      response,
    });
    form.submit();
  } catch {
    failed.hidden = false; // refused, cancelled or timed out: browsers do not tell which, nor need we
  }
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", send);
  }
}
if (/^[\d.]+$|^\[/.test(location.hostname)) {
  for (const hint of document.querySelectorAll("[data-passkey-address]")) hint.hidden = false;
}
