// First of all scripts. The policy lets htmx turn answers of this server into nodes; it has no
// createScript and no createScriptURL, so no string ever becomes code here.
if (window.trustedTypes) trustedTypes.createPolicy("default", { createHTML: (html) => html });
