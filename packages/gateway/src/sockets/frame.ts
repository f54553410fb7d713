// Frame: one unmasked WebSocket text frame as bytes. Notifications are encoded once and shared by
// all who listen; answers go the same way, so that one write carries all that a socket is owed.
const finText = 0x81;

/** The whole frame of a text. Source: RFC 6455 section 5.2. */
export const encodeTextFrame = (text: string): Buffer => {
  const length = Buffer.byteLength(text);
  const headLength = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(headLength + length);
  frame[0] = finText;
  if (headLength === 2) {
    frame[1] = length;
  } else if (headLength === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeUInt32BE(Math.floor(length / 4_294_967_296), 2);
    frame.writeUInt32BE(length % 4_294_967_296, 6);
  }
  frame.write(text, headLength, 'utf8');
  return frame;
};
