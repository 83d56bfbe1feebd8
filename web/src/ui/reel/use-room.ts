import { type RefObject, useLayoutEffect, useRef, useState } from 'react';

const CELL_PX = 12;
/** Fingers need more (WCAG 2.5.8). */
const TOUCH_CELL_PX = 26;
const BEFORE_MEASURING = 24;

/** How many cells fit into an element, also after it changed its width. */
export function useRoom(): [RefObject<HTMLDivElement | null>, number] {
  const strip = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState(BEFORE_MEASURING);
  useLayoutEffect(() => {
    const element = strip.current;
    if (!element) return;
    const least = window.matchMedia('(pointer: coarse)').matches ? TOUCH_CELL_PX : CELL_PX;
    const measure = () => setRoom(Math.max(1, Math.floor(element.clientWidth / least)));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [strip, room];
}
