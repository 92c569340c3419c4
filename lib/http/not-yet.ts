import * as z from "zod";

/** A member of a request whose feature isn't there yet: null says what leaving it out says, and nothing else is promised. */
export const NotYet = z
  .null("isn't possible yet: leave it out, or send null")
  .optional()
  .meta({ description: "Not possible yet: null, or left out." });
