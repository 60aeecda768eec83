// The page of a proof, made quicker: looks whether the answer came, and offers the browser's own wallet where it has one.
"use strict";

const page = document.querySelector("[data-proof]");
const offered = page.querySelector("[data-digital]");
const EVERY = 2000; // milliseconds
const LONGEST = 20 * 60 * 1000;
const began = Date.now();
let asking = false;

async function look() {
  if (!asking && !document.hidden) {
    try {
      const answer = await fetch(page.dataset.state, { cache: "no-store", credentials: "same-origin" });
      if (answer.ok && (await answer.json()).state !== "waiting") {
        location.replace(location.pathname);
        return;
      }
    } catch {
      // No network for a moment: the next look tells.
    }
  }
  if (Date.now() - began < LONGEST) {
    setTimeout(look, EVERY);
  }
}

async function show() {
  const failed = offered.querySelector("[role=alert]");
  const request = JSON.parse(offered.dataset.digital);
  failed.hidden = true;
  asking = true;
  try {
    const shown = await navigator.credentials.get({ mediation: "required", digital: { requests: [request] } });
    await fetch(offered.dataset.to, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ protocol: shown.protocol, data: shown.data }),
    });
    location.replace(location.pathname);
  } catch {
    failed.hidden = false;
  } finally {
    asking = false;
  }
}

function hasWallet(protocol) {
  if (!navigator.credentials || typeof DigitalCredential === "undefined") {
    return false;
  }
  return !DigitalCredential.userAgentAllowsProtocol || DigitalCredential.userAgentAllowsProtocol(protocol);
}

if (hasWallet(JSON.parse(offered.dataset.digital).protocol)) {
  offered.hidden = false;
  offered.querySelector("button").addEventListener("click", show);
}
setTimeout(look, EVERY);
