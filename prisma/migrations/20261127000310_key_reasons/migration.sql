-- Why a key is out of use is one of a list of codes.
UPDATE "pool_key" SET "reason" = 'by_owner' WHERE "reason" = 'by its owner';
UPDATE "pool_key" SET "reason" = 'by_operator' WHERE "reason" = 'by an operator';
UPDATE "contribution" SET "reason" = 'by_owner' WHERE "reason" = 'by its owner';
