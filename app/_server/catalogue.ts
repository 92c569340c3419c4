import type { Catalogue } from "@/lib/catalog";
import { readConfig } from "./config";

/** Models and channels as they are now. */
export const readCatalogue = async (): Promise<Catalogue> => (await readConfig()).catalogue;
