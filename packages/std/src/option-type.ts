/** The two kinds of option: the word every package uses in place of a flag. */

/** A call pays above the strike, a put below. */
export type OptionType = 'call' | 'put';
