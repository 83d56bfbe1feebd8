import { linkify } from '@/lib/linkify';
import { secondsFromParam } from '@/lib/time-param';

/** A piece of a description: plain words, an address, or a moment of the video itself. */
export type Piece =
  | { kind: 'words'; text: string }
  | { kind: 'link'; text: string; href: string }
  | { kind: 'moment'; text: string; seconds: number };

// 1:23, 01:23 or 1:02:03, where no digit or colon stands beside it.
const CLOCK = /(?<![\d:.])(?:(\d{1,2}):([0-5]\d):([0-5]\d)|(\d{1,3}):([0-5]\d))(?![\d:])/g;

/** Splits a description into its pieces. Links to a moment of this very page are moments too. */
export function piecesOf(text: string, pageUrl: string): Piece[] {
  return linkify(text).flatMap((piece): Piece[] => {
    if (!piece.href) return momentsIn(piece.text);
    const seconds = momentOfPage(piece.href, pageUrl);
    if (seconds !== null) return [{ kind: 'moment', text: piece.text, seconds }];
    return [{ kind: 'link', text: piece.text, href: piece.href }];
  });
}

function momentsIn(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(CLOCK)) {
    if (match.index > end) pieces.push({ kind: 'words', text: text.slice(end, match.index) });
    pieces.push({ kind: 'moment', text: match[0], seconds: secondsOf(match) });
    end = match.index + match[0].length;
  }
  if (end < text.length) pieces.push({ kind: 'words', text: text.slice(end) });
  return pieces;
}

function secondsOf(match: RegExpMatchArray): number {
  const [hours, minutes, seconds] = match[1] ? match.slice(1, 4) : ['0', match[4], match[5]];
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

function momentOfPage(href: string, pageUrl: string): number | null {
  const [link, page] = [URL.parse(href), URL.parse(pageUrl)];
  if (!link || !page || link.origin !== page.origin || link.pathname !== page.pathname) return null;
  return secondsFromParam(link.searchParams.get('t') ?? undefined);
}
