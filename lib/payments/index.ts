export { applySession } from "./apply-session";
export { acceptExcess, releaseFreeze } from "./claims";
export {
  attachSession,
  CheckoutInput,
  createPurchase,
  insolventLines,
  type NewPurchase,
  openCheckout,
  ORDER_USD_MAX,
  ORDER_USD_MIN,
  quoteOrder,
  type SolvencyLine,
  solvencyLines,
} from "./order";
export {
  type Cash,
  type FailedRefund,
  findFailedRefunds,
  findFrozen,
  findQuarantined,
  type Found,
  type FrozenOrder,
  type QuarantinedOrder,
  sumCash,
} from "./order-report.store";
export { type Applied, type Purchase, PURCHASE_STATES, type PurchaseState } from "./purchase";
export { findPurchase, type PurchaseFilter } from "./purchase.store";
export { getPurchase, listPurchases, type PurchaseView } from "./purchase-view";
export { REFUND_TOPIC, requestRefund, sendRefund, settleRefund } from "./refunds";
export { fetchSession, type PaymentState, readPaymentState, requestSessionCheck, SESSION_TOPIC } from "./session-check";
export { openStripe, type StripeApi, verifyStripeEvent } from "./stripe-api";
export { purgeEvents } from "./stripe-event.store";
export {
  applyStripeEvent,
  fetchStripeFacts,
  recordFees,
  recordStripeEvent,
  recoverMissedEvents,
  recoverRecentEvents,
  STRIPE_EVENT_TOPIC,
} from "./stripe-events";
