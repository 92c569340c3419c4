/** What the next requests shall meet: an error, a delay, a cut, a wrong report. */
export type Order = {
  /** Which calls it is for. */
  on: "chat" | "models" | "billing" | "stripe";
  /** Only for this key; any key without it. */
  key?: string;
  /** How many requests it is for. */
  count: number;
  /** A name from the provider's table of errors. */
  error?: string;
  status?: number;
  /** Output tokens after which the connection breaks. */
  cut_after?: number;
  /** Output tokens after which an error comes in the stream. */
  error_after?: number;
  /** Time before the first byte. Units: milliseconds. */
  delay_ms?: number;
  /** Leave out the usage report. */
  no_usage?: boolean;
  /** Report this instead of the true usage; what is billed stays the truth. */
  usage?: unknown;
};

export type Orders = {
  add(order: Order): void;
  /** The oldest order that is for this call and key, used once; `null` without one. */
  take(on: Order["on"], key: string): Order | null;
  list(): readonly Order[];
};

/** No orders: every request is served. */
export function newOrders(): Orders {
  const orders: Order[] = [];
  return {
    add: (order) => void orders.push({ ...order }),
    take(on, key) {
      const at = orders.findIndex((order) => order.on === on && (order.key === undefined || order.key === key));
      const order = orders[at];
      if (!order) return null;
      order.count -= 1;
      if (order.count === 0) orders.splice(at, 1);
      return order;
    },
    list: () => orders,
  };
}
