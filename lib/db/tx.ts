/** An open transaction, or the plain database for reads. Opaque: only a module's store can run a query with it. */
export type Tx = { readonly kind: "tx" };
