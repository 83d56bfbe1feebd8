import { useLingui } from '@lingui/react/macro';
import { type QueryClient, useQuery } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
} from '@tanstack/react-router';
import { instanceQuery, meQuery, videoQuery } from './api/queries';
import { AccountButton } from './features/account/account-button';
import { HomePage } from './features/library/home-page';
import { BackgroundActivity } from './ui/background-activity';
import { NotFound } from './ui/not-found';
import { PageError } from './ui/page-error';
import { Shell } from './ui/shell';

/** Fetches the player before it is needed. */
const preloadPlayer = () => void import('./player');

const rootRoute = createRootRouteWithContext<{ queries: QueryClient }>()({
  component: Root,
  notFoundComponent: NotFound,
  errorComponent: PageError,
});

function Root() {
  const { t } = useLingui();
  const me = useQuery(meQuery);
  const instance = useQuery(instanceQuery);
  return (
    <Shell
      name={instance.data?.name || t`Matinee`}
      signedIn={Boolean(me.data)}
      activity={<BackgroundActivity />}
      account={<AccountButton />}
    >
      <Outlet />
    </Shell>
  );
}

const homeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  validateSearch: (search): { owner?: 'me' } => (search.owner === 'me' ? { owner: 'me' } : {}),
  component: () => <HomePage onIntent={preloadPlayer} />,
});

const watchRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/w/$id',
  validateSearch: (search): { t?: string } => (typeof search.t === 'string' ? { t: search.t } : {}),
  loader: ({ context, params }) => void context.queries.prefetchQuery(videoQuery(params.id)),
  component: lazyRouteComponent(() => import('./features/watch/watch-page')),
});

const uploadRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/upload',
  component: lazyRouteComponent(() => import('./features/upload/upload-page')),
});

const setupRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/setup',
  validateSearch: (search): { token?: string } => (typeof search.token === 'string' ? { token: search.token } : {}),
  component: lazyRouteComponent(() => import('./features/account/setup-page')),
});

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: (search): { next?: string } => (typeof search.next === 'string' ? { next: search.next } : {}),
  component: lazyRouteComponent(() => import('./features/account/sign-in-page')),
});

const routeTree = rootRoute.addChildren([homeRoute, watchRoute, uploadRoute, setupRoute, signInRoute]);

/** The whole table of pages. */
export function createAppRouter(queries: QueryClient) {
  return createRouter({
    routeTree,
    context: { queries },
    scrollRestoration: true,
    defaultPreload: 'intent',
    parseSearch,
    stringifySearch,
  });
}

/** Search parameters are plain text: a token made of digits stays a text. */
function parseSearch(search: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(search));
}

function stringifySearch(search: Record<string, unknown>): string {
  const set = Object.entries(search).filter(([, value]) => value !== undefined);
  const text = new URLSearchParams(set.map(([key, value]) => [key, String(value)])).toString();
  return text && `?${text}`;
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
  interface HistoryState {
    /** The viewer pressed a card: play without asking again. */
    play?: boolean;
  }
}
