import { useTranslations } from "next-intl";

/** Names suppliers as people know them; one that nobody gave a name is called by its id. */
export function useProviderName(): (id: string) => string {
  const t = useTranslations("Providers");
  return (id) => {
    const key = id as Parameters<typeof t>[0]; // `has` says whether it is one
    return t.has(key) ? t(key) : id;
  };
}
