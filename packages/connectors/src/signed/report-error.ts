// Report error: why a signed report was refused. Invariant: a report that cannot be shown to come
// from enough of its trusted signers, about what it is taken for, is never told.
import { FrameError } from '../core/fields.ts';

export type ReportRefusal =
  | 'truncated'
  | 'malformed'
  | 'wrong-feed'
  | 'malformed-signature'
  | 'unknown-signer'
  | 'duplicate-signer'
  | 'too-few-signers'
  | 'wrong-proof'
  | 'expired'
  | 'disagreement';

export class ReportError extends FrameError {
  readonly code: ReportRefusal;

  constructor(code: ReportRefusal, sentence: string) {
    super(sentence);
    this.code = code;
  }
}
