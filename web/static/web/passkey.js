// A form that the browser's own keeper of passkeys fills in. What it asks for stands in the form; nothing is inline.
const form = document.querySelector("form[data-passkey]");

form?.addEventListener("submit", async (event) => {
  const answer = form.elements.namedItem("credential");
  if (answer.value) return;
  event.preventDefault();
  const refused = form.querySelector("[data-passkey-refused]");
  refused.hidden = true;
  try {
    const { publicKey } = JSON.parse(form.dataset.options);
    const credential =
      form.dataset.passkey === "create"
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
    answer.value = JSON.stringify(credential.toJSON());
    form.submit();
  } catch {
    refused.hidden = false; // they said no, or this browser, or this address, knows no passkeys
  }
});
