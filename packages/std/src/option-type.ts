/** The two kinds of option: the word every package uses in place of a flag. */

/** A call pays above the strike, a put below. */
export type OptionType = 'call' | 'put';

/** Whether a word from outside the type checker is one of the two. Domain: any value. */
export function isOptionType(word: unknown): word is OptionType {
  return word === 'call' || word === 'put';
}
