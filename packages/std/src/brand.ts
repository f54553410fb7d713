/**
 * Brand: a number or string that carries its unit in its type and nothing at run time, so that
 * ticks cannot be added to lots.
 */

declare const brandName: unique symbol;

/** T marked with the name of its unit; made by a checked constructor or a cast at the edge. */
export type Brand<T, Name extends string> = T & { readonly [brandName]: Name };
