"use strict";
// The token stands behind the "#": it reaches the server only when the button is pressed.
const form = document.querySelector("form");
const outcome = document.getElementById("outcome");
const token = new URLSearchParams(location.hash.slice(1)).get("token");

async function send(event) {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  outcome.textContent = "…";
  const body = { token };
  for (const field of form.querySelectorAll("input")) body[field.name] = field.value;
  try {
    const response = await fetch(form.dataset.action, {
      method: form.dataset.method,
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    if (response.ok) {
      outcome.textContent = form.dataset.done;
      form.hidden = true;
      history.replaceState(null, "", location.pathname);
      return;
    }
    const problem = await response.json();
    const details = (problem.errors || []).map((error) => `${error.pointer.slice(1)} ${error.message}`);
    outcome.textContent = response.status === 410 ? form.dataset.gone : details.join("; ") || problem.detail;
  } catch {
    outcome.textContent = "The board does not answer at the moment. Try again in a while.";
  }
  button.disabled = false;
}

form.addEventListener("submit", send);
// Without a script, or without a token, there is nothing to press.
form.hidden = !token;
if (!token) outcome.textContent = "The link is not complete. Copy the whole link from the mail.";
