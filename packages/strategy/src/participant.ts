// Participant: what every simulated trader is given besides its venue.

/** The part of a structured logger that participants use. */
export interface ParticipantLog {
  debug(fields: object, sentence: string): void;
  warn(fields: object, sentence: string): void;
}
