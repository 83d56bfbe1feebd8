import { i18n } from '@lingui/core';
import { useLingui } from '@lingui/react/macro';
import { type QueryClient, useQuery } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { loadPage } from './api/page-load-error';
import { instanceQuery, meQuery, videoQuery } from './api/queries';
import { AccountButton } from './features/account/account-button';
import { HomePage } from './features/library/home-page';
import { type StateFilter, stateFilterFrom } from './features/library/state-filter';
import { BackgroundActivity } from './ui/background-activity';
import { NotFound } from './ui/not-found';
import { PageError } from './ui/page-error';
import { Shell } from './ui/shell';

/** Fetches the player before it is needed. */
const preloadPlayer = () => void import('./player');

/** Fetches a page together with its words. */
const loadOwnersPage = <T,>(load: () => Promise<T>): Promise<T> =>
  loadPage(async () => {
    const [page, { messages }] = await Promise.all([load(), import('./locales/owners/en.po')]);
    i18n.load('en', messages);
    return page;
  });

const rootRoute = createRootRouteWithContext<{ queries: QueryClient }>()({
  component: Root,
  notFoundComponent: NotFound,
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
  component: () => <HomePage onIntent={preloadPlayer} />,
});

const watchRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/w/$id',
  validateSearch: (search): { t?: string } => (typeof search.t === 'string' ? { t: search.t } : {}),
  loader: ({ context, params }) => void context.queries.prefetchQuery(videoQuery(params.id)),
  component: lazyRouteComponent(() => loadPage(() => import('./features/watch/watch-page'))),
});

const uploadRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/upload',
  component: lazyRouteComponent(() => loadOwnersPage(() => import('./features/upload/upload-page'))),
});

const libraryRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/library',
  validateSearch: (search): { state?: StateFilter } => given({ state: stateFilterFrom(search.state) }),
  component: lazyRouteComponent(() => loadPage(() => import('./features/library/library-page'))),
});

const binRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/library/bin',
  component: lazyRouteComponent(() => loadPage(() => import('./features/library/bin-page'))),
});

const MANAGE_TABS = ['details', 'access', 'tracks', 'pictures', 'versions', 'report'] as const;

const manageRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/manage/$id',
  validateSearch: (search): { tab?: (typeof MANAGE_TABS)[number] } =>
    given({ tab: MANAGE_TABS.find((tab) => tab === search.tab) }),
  component: lazyRouteComponent(() => loadOwnersPage(() => import('./features/manage/manage-page'))),
});

const adminRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/admin/$section',
  validateSearch: (search): { state?: string; kind?: string; video?: string } =>
    given({ state: textOf(search.state), kind: textOf(search.kind), video: textOf(search.video) }),
  component: lazyRouteComponent(() => loadOwnersPage(() => import('./features/admin/admin-page'))),
});

const adminStartRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/admin',
  beforeLoad: () => {
    throw redirect({ to: '/admin/$section', params: { section: 'users' } });
  },
});

const setupRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/setup',
  validateSearch: (search): { token?: string } => (typeof search.token === 'string' ? { token: search.token } : {}),
  component: lazyRouteComponent(() => loadPage(() => import('./features/account/setup-page'))),
});

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: (search): { next?: string } => (typeof search.next === 'string' ? { next: search.next } : {}),
  component: lazyRouteComponent(() => loadPage(() => import('./features/account/sign-in-page'))),
});

const routeTree = rootRoute.addChildren([
  homeRoute,
  watchRoute,
  uploadRoute,
  libraryRoute,
  binRoute,
  manageRoute,
  adminRoute,
  adminStartRoute,
  setupRoute,
  signInRoute,
]);

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value ? value : undefined;
}

/** An object without its undefined parts: an address does not carry them. */
function given<T extends object>(search: T): T {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as T;
}

/** The whole table of pages. */
export function createAppRouter(queries: QueryClient) {
  return createRouter({
    routeTree,
    context: { queries },
    scrollRestoration: true,
    defaultPreload: 'intent',
    defaultErrorComponent: PageError,
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
