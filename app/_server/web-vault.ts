import { webEnv } from "@/lib/env";
import { useVault } from "@/lib/vault";

let isOpen = false;

/** Open the vault that seals suppliers' keys, at its first use: what the pool asks for is then there. */
export function openWebVault(): void {
  if (isOpen) return;
  useVault(webEnv().masterKeys);
  isOpen = true;
}
