// Cards are entered in Stripe's own form: what this page sends is a token, never a card's number.
const mount = document.querySelector("[data-stripe-key]");
const stripe = window.Stripe && mount && window.Stripe(mount.dataset.stripeKey);

function tokens(form, card) {
  const token = form.elements.payment_token;
  const said = form.querySelector("[data-card-error]");
  form.addEventListener("submit", async (event) => {
    if (form.elements.payment_method.value !== "stripe" || token.value) return;
    event.preventDefault();
    const { paymentMethod, error } = await stripe.createPaymentMethod({ type: "card", card });
    said.textContent = error ? error.message : "";
    if (paymentMethod) {
      token.value = paymentMethod.id;
      form.submit();
    }
  });
}

if (stripe) {
  const card = stripe.elements().create("card");
  card.mount(mount);
  tokens(mount.closest("form"), card);
  const asked = document.querySelector("form[data-client-secret]");
  if (asked) {
    stripe
      .handleNextAction({ clientSecret: asked.dataset.clientSecret })
      .then(() => asked.submit());
  }
}
