import { Watched } from './activity';

/** A short word about what just happened, with the way back where there is one. */
export type Toast = { id: number; text: string; action?: { verb: string; act: () => void }; bad?: boolean };

export const toasts = new Watched<readonly Toast[]>([]);

let next = 1;
const MAX_SHOWN = 3;

/** Says something at the edge of the page, on whatever page the person is then. */
export function say(text: string, more: Omit<Toast, 'id' | 'text'> = {}): void {
  toasts.set([...toasts.get().slice(1 - MAX_SHOWN), { id: next++, text, ...more }]);
}

export function unsay(id: number): void {
  toasts.set(toasts.get().filter((toast) => toast.id !== id));
}
