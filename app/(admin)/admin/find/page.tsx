import { Search, SearchX } from "lucide-react";
import type { Metadata } from "next";
import { useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import Link from "next/link";
import type { ReactNode } from "react";
import { Credits } from "@/app/_components/money";
import { Badge } from "@/app/_components/ui/badge";
import { Button } from "@/app/_components/ui/button";
import { Card, CardHeader } from "@/app/_components/ui/card";
import { EmptyState } from "@/app/_components/ui/empty-state";
import { inputClass } from "@/app/_components/ui/field";
import { RelativeTime } from "@/app/_components/ui/relative-time";
import { Table, Td, Th, Tr } from "@/app/_components/ui/table";
import { UsageStatus } from "@/app/_components/usage-status";
import { webDatabase } from "@/app/_server/database";
import { findOwners, purchasesNamed, QUERY_MAX, usageNamed } from "@/app/_server/find";
import { one, type SearchParams } from "@/app/_server/request";
import { requireAdmin } from "@/app/_server/session";
import { type ApiKey, listApiKeys, readUsersBy, type User } from "@/lib/auth";
import type { Tx } from "@/lib/db";
import { type IdKind, toPublicId, type Uuid } from "@/lib/ids";
import { type Balance, readBalance } from "@/lib/ledger";
import { listPurchases, type PurchaseView } from "@/lib/payments";
import { type AdminUsageRecord, readAnyUsage } from "@/lib/usage";
import { PageHeader } from "../../../(account)/_components/page-header";
import { OrderState } from "../../../(account)/buy/_components/order-state";
import { Usd } from "../_components/usd";

const ROWS_MAX = 20;

export async function generateMetadata(): Promise<Metadata> {
  // For others this page isn't there, so its title isn't either.
  await requireAdmin();
  const t = await getTranslations("AdminFind");
  return { title: t("title") };
}

/** Whose the found things are, by id; an account that was found alone comes with its balance and its keys. */
type Found = {
  users: User[];
  orders: PurchaseView[];
  requests: AdminUsageRecord[];
  owners: ReadonlyMap<Uuid | bigint, User>;
  only: { balance: Balance; keys: ApiKey[] } | null;
};

async function find(tx: Tx, nowMs: number, text: string): Promise<Found> {
  const [users, purchases, usage] = [
    await findOwners(tx, text),
    await purchasesNamed(tx, text),
    await usageNamed(tx, text, nowMs),
  ];
  const orders = await listPurchases(tx, nowMs, { ...purchases, before: null, limit: ROWS_MAX });
  const requests = await readAnyUsage(tx, usage, { limit: ROWS_MAX, after: null });
  const buyers = await readUsersBy(tx, { ids: [...new Set(orders.map(({ userId }) => userId))] });
  const callers = await readUsersBy(tx, { walletIds: [...new Set(requests.map(({ wallet }) => wallet))] });
  const owners = new Map<Uuid | bigint, User>();
  for (const user of [...users, ...buyers, ...callers]) owners.set(user.id, user).set(user.walletId, user);
  const all =
    users.length > 0
      ? users
      : [...new Set([...buyers, ...callers].map(({ id }) => id))].flatMap((id) => owners.get(id) ?? []);
  const [first] = all;
  const only =
    first && all.length === 1
      ? {
          balance: await readBalance(tx, first.walletId),
          keys: await listApiKeys(tx, { userId: first.id, limit: ROWS_MAX, after: null }),
        }
      : null;
  return { users: all, orders, requests, owners, only };
}

/** An id that opens what it names. */
function Id({ kind, id }: { kind: IdKind; id: Uuid }) {
  const text = toPublicId(kind, id);
  return (
    <Link href={`/admin/find?q=${text}`} className="font-mono text-xs text-accent-ink hover:underline">
      {text}
    </Link>
  );
}

function Section({ title, heads, children }: { title: string; heads: string[]; children: ReactNode }) {
  return (
    <Card className="mt-4">
      <CardHeader title={title} />
      <Table label={title}>
        <thead>
          <tr>
            {heads.map((head) => (
              <Th key={head}>{head}</Th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </Table>
    </Card>
  );
}

function Users({ users, nowMs }: { users: User[]; nowMs: number }) {
  const t = useTranslations("AdminFind");
  return (
    <Section title={t("users")} heads={[t("user"), t("id"), t("state"), t("joined")]}>
      {users.slice(0, ROWS_MAX).map((user) => (
        <Tr key={user.id}>
          <Td className="font-medium">{user.email}</Td>
          <Td>
            <Id kind="user" id={user.id} />
          </Td>
          <Td>
            <Badge tone={user.suspendedMs === null ? "accent" : "danger"} hasDot>
              {t(user.suspendedMs !== null ? "suspended" : user.role === "admin" ? "admin" : "active")}
            </Badge>
          </Td>
          <Td className="text-ink-2">
            <RelativeTime atMs={user.createdMs} nowMs={nowMs} />
          </Td>
        </Tr>
      ))}
    </Section>
  );
}

function Orders({ found: { orders, owners }, nowMs }: { found: Found; nowMs: number }) {
  const t = useTranslations("AdminFind");
  return (
    <Section title={t("orders")} heads={[t("order"), t("user"), t("price"), t("credits"), t("state"), t("time")]}>
      {orders.map((order) => (
        <Tr key={order.id}>
          <Td>
            <Id kind="purchase" id={order.id} />
          </Td>
          <Td>{owners.get(order.userId)?.email}</Td>
          <Td isNumeric>
            <Usd amount={order.paidNanos ?? order.usdNanos} />
          </Td>
          <Td isNumeric>
            <Credits amount={order.creditsMicros} hasUnit={false} />
          </Td>
          <Td>
            <OrderState state={order.state} />
            {order.problem && <span className="block text-xs text-ink-3">{order.problem}</span>}
          </Td>
          <Td className="text-ink-2">
            <RelativeTime atMs={order.createdMs} nowMs={nowMs} />
          </Td>
        </Tr>
      ))}
    </Section>
  );
}

function Requests({ found: { requests, owners }, nowMs }: { found: Found; nowMs: number }) {
  const t = useTranslations("AdminFind");
  const heads = [t("request"), t("user"), t("model"), t("state"), t("credits"), t("cost"), t("tries"), t("time")];
  return (
    <Section title={t("requests")} heads={heads}>
      {requests.map((record) => (
        <Tr key={record.id}>
          <Td>
            <Id kind="request" id={record.id} />
          </Td>
          <Td>{owners.get(record.wallet)?.email}</Td>
          <Td>{record.model || "–"}</Td>
          <Td isWrapped>
            <UsageStatus status={record.status} />
            {record.errorCode && <span className="block text-xs text-ink-3">{record.message ?? record.errorCode}</span>}
          </Td>
          <Td isNumeric>
            <Credits amount={record.chargeMicros} isExact hasUnit={false} />
          </Td>
          <Td isNumeric>
            <Usd amount={record.costNanos} />
          </Td>
          <Td className="text-ink-2">
            {record.tries.map(({ n, channel, outcome }) => (
              <span key={n} className="block text-xs">{`${n}. ${channel} ${outcome.replaceAll("_", " ")}`}</span>
            ))}
          </Td>
          <Td className="text-ink-2">
            <RelativeTime atMs={record.atMs} nowMs={nowMs} />
          </Td>
        </Tr>
      ))}
    </Section>
  );
}

/** The one account that was found: what is in it, and its keys. */
function Account({ balance, keys, nowMs }: NonNullable<Found["only"]> & { nowMs: number }) {
  const t = useTranslations("AdminFind");
  const amounts = [
    ["available", balance.availableMicros],
    ["held", balance.heldMicros],
    ["debt", balance.debtMicros],
  ] as const;
  return (
    <>
      <Card className="mt-4">
        <dl className="flex flex-wrap gap-x-8 gap-y-2 px-5 py-4 text-sm">
          {amounts.map(([name, amount]) => (
            <div key={name} className="flex gap-2">
              <dt className="text-ink-3">{t(name)}</dt>
              <dd className="font-medium">
                <Credits amount={amount} isExact />
              </dd>
            </div>
          ))}
        </dl>
      </Card>
      {keys.length > 0 && (
        <Section title={t("keys")} heads={[t("name"), t("id"), t("lastUsed")]}>
          {keys.map((key) => (
            <Tr key={key.id}>
              <Td className="font-medium">{key.name}</Td>
              <Td>
                <Id kind="apiKey" id={key.id} />
              </Td>
              <Td className="text-ink-2">
                {key.lastUsedMs === null ? t("never") : <RelativeTime atMs={key.lastUsedMs} nowMs={nowMs} />}
              </Td>
            </Tr>
          ))}
        </Section>
      )}
    </>
  );
}

/** Whose something is and what became of it, by an address or by any id that a client or a buyer saw. */
export default async function FindPage({ searchParams }: { searchParams: SearchParams }) {
  const { ctx } = await requireAdmin();
  const text =
    one((await searchParams)["q"])
      ?.trim()
      .slice(0, QUERY_MAX) ?? "";
  const t = await getTranslations("AdminFind");
  const found = text ? await find(webDatabase().reader, ctx.nowMs, text) : null;
  const isNothing = found && found.users.length + found.orders.length + found.requests.length === 0;
  return (
    <>
      <PageHeader title={t("title")} note={t("note")} />
      <form action="/admin/find" role="search" className="flex gap-2">
        <input
          name="q"
          defaultValue={text}
          aria-label={t("label")}
          placeholder={t("placeholder")}
          maxLength={QUERY_MAX}
          className={`${inputClass} min-w-0 flex-1`}
        />
        <Button type="submit" variant="secondary">
          <Search aria-hidden="true" className="size-4" />
          {t("find")}
        </Button>
      </form>
      {isNothing && (
        <Card className="mt-4">
          <EmptyState icon={SearchX} title={t("none.title")} text={t("none.text")} />
        </Card>
      )}
      {found && found.users.length > 0 && <Users users={found.users} nowMs={ctx.nowMs} />}
      {found?.only && <Account {...found.only} nowMs={ctx.nowMs} />}
      {found && found.orders.length > 0 && <Orders found={found} nowMs={ctx.nowMs} />}
      {found && found.requests.length > 0 && <Requests found={found} nowMs={ctx.nowMs} />}
    </>
  );
}
