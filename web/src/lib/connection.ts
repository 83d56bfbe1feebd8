import { Watched } from './activity';

/** Whether the server answers, as the event stream and the browser see it. */
export type Connection = 'up' | 'offline' | 'unreachable';

export const connection = new Watched<Connection>(globalThis.navigator?.onLine === false ? 'offline' : 'up');
