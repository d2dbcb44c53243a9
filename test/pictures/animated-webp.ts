import type { Page } from 'playwright-core'

const QUALITY = 60
const FRAME_MS = 2_500

/** A part of a page, in CSS pixels. */
export interface Clip {
  x: number
  y: number
  width: number
  height: number
  /** Pixels of the picture for each. */
  scale: number
}

export interface Frame {
  /** A WebP picture. */
  picture: Buffer
  durationMs: number
}

/** Takes a picture of what a page shows, or of a part of it. */
export async function take(page: Page, clip?: Clip): Promise<Frame> {
  const session = await page.context().newCDPSession(page)
  const { data } = await session.send('Page.captureScreenshot', {
    format: 'webp',
    quality: QUALITY,
    ...(clip && { clip, captureBeyondViewport: true })
  })
  return { picture: Buffer.from(data, 'base64'), durationMs: FRAME_MS }
}

/** Joins pictures of one size into an endless animation: https://developers.google.com/speed/webp/docs/riff_container */
export function joinFrames(frames: readonly Frame[], { width, height }: { width: number; height: number }): Buffer {
  const size = Buffer.concat([uint24(width - 1), uint24(height - 1)])
  const ANIMATED = 2
  const header = chunk('VP8X', Buffer.concat([Buffer.from([ANIMATED, 0, 0, 0]), size]))
  const backgroundAndLoops = chunk('ANIM', Buffer.alloc(6))
  const pictures = frames.map(({ picture, durationMs }) =>
    chunk('ANMF', Buffer.concat([Buffer.alloc(6), size, uint24(durationMs), Buffer.alloc(1), ...imageChunks(picture)]))
  )
  return chunk('RIFF', Buffer.concat([Buffer.from('WEBP'), header, backgroundAndLoops, ...pictures]))
}

/** The chunks of a picture that have its pixels. */
function imageChunks(picture: Buffer): Buffer[] {
  const found: Buffer[] = []
  for (let start = 12; start < picture.length;) {
    const end = start + 8 + picture.readUInt32LE(start + 4)
    const padded = end + (end % 2)
    if (/^(VP8 |VP8L|ALPH)$/.test(picture.toString('latin1', start, start + 4)))
      found.push(picture.subarray(start, padded))
    start = padded
  }
  return found
}

function chunk(name: string, content: Buffer): Buffer {
  const head = Buffer.alloc(8)
  head.write(name, 'latin1')
  head.writeUInt32LE(content.length, 4)
  return Buffer.concat([head, content, Buffer.alloc(content.length % 2)])
}

function uint24(value: number): Buffer {
  const bytes = Buffer.alloc(3)
  bytes.writeUIntLE(value, 0, 3)
  return bytes
}
