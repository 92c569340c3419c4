import { expect, test } from "vitest";
import { type Ownership, tableOwners } from "@/scripts/check/table-owners";
import { plantTree } from "../support/planted-tree";

const SCHEMA = `model card {
  id      BigInt @id
  prices  price[]
}

model price {
  id     BigInt @id
  cardId BigInt @map("card_id")
  card   card   @relation(fields: [cardId], references: [id])
}
`;

const DUMP = `-- columns
usage.id uuid
wallet.id bigint not null

-- views
usage as  SELECT w.id
   FROM wallet w;

-- functions
CREATE OR REPLACE FUNCTION books.open_wallet()
 RETURNS bigint
AS $function$ begin insert into wallet default values; end $function$
`;

const VIEW = "create view live_cards as select id from card;\n";

const OWNERS: Ownership = {
  tables: { card: "catalog", price: "pricing", "books.wallet": "ledger" },
  published: {
    live_cards: { owner: "catalog", readers: ["pricing"] },
    "books.usage": { owner: "ledger", readers: ["pricing"] },
  },
  functions: {},
};

/** The findings of a tree in which catalog owns cards and pricing owns prices, as "place rule". */
function broken(planted: Record<string, string>, owners: Partial<Ownership> = {}): string[] {
  const tree = plantTree({
    "prisma/schema.prisma": SCHEMA,
    "prisma/books.sql": DUMP,
    "prisma/migrations/1_cards/migration.sql": VIEW,
    ...planted,
  });
  try {
    const { findings } = tableOwners(tree.root, { ...OWNERS, ...owners });
    return findings.map(({ rule, place }) => `${place} ${rule}`);
  } finally {
    tree.remove();
  }
}

const sql = (query: string): string => `export const read = (tx: Tx) => queries(tx).$queryRaw\`${query}\`;\n`;
const RULE = "tables-are-read-by-their-owner";

test.each([
  ["a table of another module", "lib/pricing/x.store.ts", sql("select 1 from card")],
  ["one that is joined", "lib/pricing/x.store.ts", sql("select 1 from price p join public.card c on true")],
  ["one in a list", "lib/pricing/x.store.ts", sql("select 1 from price p, card as c, live_cards")],
  ["one in quotes", "lib/pricing/x.store.ts", sql('select 1 from "public"."card"')],
  ["one that is written", "lib/pricing/x.store.ts", sql("update card set id = 1")],
  ["one in a plain string", "lib/pricing/x.store.ts", 'export const READ = "select 1 from card";\n'],
  ["one inside a template", "lib/pricing/x.store.ts", sql("select ${some(`(select 1 from card)`)}")],
  ["one in upper case", "lib/pricing/x.store.ts", sql("SELECT 1 FROM card")],
  ["one through Prisma", "lib/pricing/x.store.ts", "export const x = (tx: Tx) => queries(tx).card.findMany();\n"],
  [
    "one through a relation",
    "lib/pricing/x.store.ts",
    "export const x = (tx: Tx) => queries(tx).price.findMany({ include: { card: true } });\n",
  ],
  ["a table of the books", "lib/pricing/x.store.ts", sql("select 1 from books.wallet")],
  ["a function of the books", "lib/pricing/x.store.ts", sql("select books.open_wallet()")],
  ["a view that isn't for it", "lib/ledger/x.store.ts", sql("select 1 from live_cards")],
  ["a page", "app/x.ts", "export const x = (tx: Tx) => queries(tx).card.count();\n"],
  ["a worker", "workers/x.ts", sql("select 1 from card")],
  ["a script", "scripts/x.ts", sql("select 1 from card")],
])("refuses to read past the owner: %s", (_what, file, text) => {
  expect(broken({ [file]: text })).toEqual([`${file} ${RULE}`]);
});

test("refuses a view and an SQL function that read past their owners", () => {
  const wide = "create or replace view live_cards as select c.id from card c join price p on p.card_id = c.id;\n";
  expect(broken({ "prisma/migrations/2_wide/migration.sql": wide })).toEqual([
    `prisma/migrations/2_wide/migration.sql live_cards ${RULE}`,
  ]);
  const joined = DUMP.replace("FROM wallet w;", "FROM (books.wallet w JOIN public.card c ON true);");
  expect(broken({ "prisma/books.sql": joined })).toEqual([`prisma/books.sql books.usage ${RULE}`]);
  const reaching = DUMP.replace("default values;", "default values; perform 1 from public.card;");
  expect(broken({ "prisma/books.sql": reaching })).toEqual([`prisma/books.sql books.open_wallet ${RULE}`]);
});

test("lets a module name its own tables and what others published for it", () => {
  expect(
    broken({
      "lib/catalog/x.store.ts": sql("select 1 from card"),
      "lib/pricing/x.store.ts": `// Not from card: select it elsewhere.\n${sql("select 1 from price, live_cards join books.usage on true")}`,
      "lib/ledger/x.store.ts": sql("with price as (select books.open_wallet()) select 1 from books.wallet"),
      "app/x.ts": 'export const x = "made from card and paper";\n',
    }),
  ).toEqual([]);
});

test("wants an owner for each table, and each listed name to be there", () => {
  const { card, ...tables } = OWNERS.tables;
  expect(card).toBe("catalog");
  expect(broken({}, { tables: { ...tables, coupon: "pricing" } })).toEqual([
    "card table-has-an-owner",
    "coupon owned-table-exists",
  ]);
});
