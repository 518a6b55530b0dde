import { randomBytes } from "node:crypto";
import { crc32, deflateSync } from "node:zlib";
import sharp from "sharp";

export const canary = "CANARY-7f3a";

/** Noise, as it doesn't shrink to nothing. */
export function picture(width: number, height: number, channels: 3 | 4 = 3) {
  return sharp(randomBytes(width * height * channels), { raw: { width, height, channels } });
}

/** A PNG of the size its header says, whatever its data. */
export function png(width: number, height: number, data: Uint8Array = Buffer.alloc(0)) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8);
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(data)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

export function chunk(type: string, data: Uint8Array) {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** Turned by 90 degrees in EXIF, and telling where it was taken in EXIF, XMP and a comment. */
export async function talkativeJpeg() {
  const jpeg = await picture(60, 40)
    .withExif({
      IFD0: { ImageDescription: canary, Make: canary, Orientation: "6" },
      IFD3: {
        GPSLatitudeRef: "N",
        GPSLatitude: "59/1 19/1 46/1",
        GPSLongitudeRef: "E",
        GPSLongitude: "18/1 4/1 7/1",
      },
    })
    .withXmp(`<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/">${canary}</x:xmpmeta>`)
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
  const comment = Buffer.from(canary);
  return Buffer.concat([
    jpeg.subarray(0, 2),
    Buffer.from([0xff, 0xfe, 0, comment.length + 2]),
    comment,
    jpeg.subarray(2),
  ]);
}

/** All frames as large as the whole, and each of one pixel's data. */
export function gif(width: number, height: number, frames: number) {
  const size = Buffer.alloc(4);
  size.writeUInt16LE(width, 0);
  size.writeUInt16LE(height, 2);
  const frame = Buffer.concat([
    Buffer.from([0x2c, 0, 0, 0, 0]),
    size,
    Buffer.from([0, 2, 2, 0x44, 1, 0]),
  ]);
  return Buffer.concat([
    Buffer.from("GIF89a"),
    size,
    Buffer.from([0x80, 0, 0, 0, 0, 0, 255, 255, 255]),
    ...Array.from({ length: frames }, () => frame),
    Buffer.from([0x3b]),
  ]);
}

/** A PNG of which newer viewers play two frames. */
export async function animatedPng() {
  const still = await picture(30, 20).png().toBuffer();
  const control = Buffer.from([0, 0, 0, 2, 0, 0, 0, 0]);
  return Buffer.concat([still.subarray(0, 33), chunk("acTL", control), still.subarray(33)]);
}

/** CVE-2026-31808: a sub-header of length 0 sends a reader round and round. */
export const endlessAsf = Buffer.concat([
  Buffer.from("3026b2758e66cf11a6d900aa0062ce6c", "hex"),
  Buffer.alloc(39),
]);

export function ftyp(brand: string) {
  return Buffer.concat([
    Buffer.from([0, 0, 0, 24]),
    Buffer.from(`ftyp${brand}\0\0\0\0mif1${brand}`, "latin1"),
    Buffer.alloc(200),
  ]);
}

/** The first page of an Ogg stream, with this packet in it. */
export const ogg = (packet: string) =>
  Buffer.concat([
    Buffer.from("OggS\0\x02", "latin1"),
    Buffer.alloc(20),
    Buffer.from([1, packet.length]),
    Buffer.from(packet, "latin1"),
    Buffer.alloc(200),
  ]);

/** What a phone's voice message begins with. */
export const opus = ogg("OpusHead\x01\x01\0\0\x80\xbb\0\0\0\0\0");

/** A tag and a frame of silence. */
export const mp3 = Buffer.concat([
  Buffer.from("ID3\x03\0\0\0\0\0\0", "latin1"),
  Buffer.from("fffb9064", "hex"),
  Buffer.alloc(413),
]);

/** An empty archive named as one: any unzip takes what ends so. */
export const zip = Buffer.concat([
  Buffer.from("PK\x03\x04", "latin1"),
  Buffer.from(canary),
  Buffer.from("PK\x05\x06"),
  Buffer.alloc(18),
]);

export const pdf = Buffer.from(
  "%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n%%EOF\n",
);
