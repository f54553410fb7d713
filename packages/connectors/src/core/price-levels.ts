// Price levels: the levels of one side of a book as most venues send them, each a price and a size.
import { listOf, priceOf, sizeOf } from './fields.ts';
import type { PriceLevel } from './order-book.ts';

/** Reads a list of pairs; `checksumText` where the venue's checksum is made of what it wrote. */
export const levelsOf = (
  value: unknown,
  what: string,
  checksumText?: (price: unknown, size: unknown) => string,
): PriceLevel[] =>
  listOf(value, what).map((item) => {
    const [price, size] = listOf(item, `a level of ${what}`);
    const level = {
      price: priceOf(price, `a price of ${what}`),
      size: sizeOf(size, `a size of ${what}`),
    };
    return checksumText === undefined ? level : { ...level, text: checksumText(price, size) };
  });
