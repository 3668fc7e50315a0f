import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type RouterHistory,
  redirect,
  retainSearchParams,
} from '@tanstack/react-router';
import { z } from 'zod';
import { sessionQuery } from '@/api/queries';
import { isDesktop } from '@/native';
import { LoginPage } from '@/pages/login/LoginPage';
import { OverviewPage } from '@/pages/overview/OverviewPage';
import { Lost, PageFailed } from './faces';
import { Shell } from './Shell';

const optional = z.string().optional().catch(undefined);

const root = createRootRouteWithContext<{ client: QueryClient }>()({ notFoundComponent: Lost });

/** The page to go to after signing in, and whether a one-time link has just failed. */
function whereTo({ href, pathname, search }: { href: string; pathname: string; search: object }) {
  const link = 'login' in search ? String(search.login) : undefined;
  return { next: pathname === '/' ? undefined : href, link };
}

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: z.object({ next: optional, link: optional }),
  component: LoginPage,
});

const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  validateSearch: z.object({ group: optional, login: optional }),
  search: { middlewares: [retainSearchParams(['group'])] },
  beforeLoad: async ({ context, location }) => {
    if (isDesktop()) return;
    try {
      await context.client.ensureQueryData(sessionQuery);
    } catch (error) {
      if ((error as { isSignedOut?: boolean }).isSignedOut)
        throw redirect({ to: '/login', search: whereTo(location) });
      throw error;
    }
  },
  component: Shell,
  errorComponent: PageFailed,
});

const index = createRoute({
  getParentRoute: () => shell,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/overview' });
  },
});

const overview = createRoute({ getParentRoute: () => shell, path: '/overview', component: OverviewPage });

const providers = createRoute({
  getParentRoute: () => shell,
  path: '/providers',
  component: lazyRouteComponent(() => import('@/pages/providers/ProvidersPage'), 'ProvidersPage'),
});

const routes = createRoute({
  getParentRoute: () => shell,
  path: '/routes',
  component: lazyRouteComponent(() => import('@/pages/routes/RoutesPage'), 'RoutesPage'),
});

const keys = createRoute({
  getParentRoute: () => shell,
  path: '/keys',
  component: lazyRouteComponent(() => import('@/pages/keys/KeysPage'), 'KeysPage'),
});

const requests = createRoute({
  getParentRoute: () => shell,
  path: '/requests',
  validateSearch: z.object({
    key: optional,
    route: optional,
    provider: optional,
    outcome: z.enum(['ok', 'error']).optional().catch(undefined),
    entry: optional,
  }),
  component: lazyRouteComponent(() => import('@/pages/requests/RequestsPage'), 'RequestsPage'),
});

const groups = createRoute({
  getParentRoute: () => shell,
  path: '/groups',
  component: lazyRouteComponent(() => import('@/pages/groups/GroupsPage'), 'GroupsPage'),
});

const settings = createRoute({
  getParentRoute: () => shell,
  path: '/settings',
  component: lazyRouteComponent(() => import('@/pages/settings/SettingsPage'), 'SettingsPage'),
});

const tree = root.addChildren([
  login,
  shell.addChildren([index, overview, providers, routes, keys, requests, groups, settings]),
]);

/** Makes the router; each test makes its own, with a history of its own. */
export function makeRouter(client: QueryClient, history?: RouterHistory) {
  return createRouter({
    routeTree: tree,
    history,
    context: { client },
    defaultPreload: 'intent',
    scrollRestoration: true,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
