import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, RouterProvider } from '@tanstack/react-router';
import { render } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { onTestFinished } from 'vitest';
import { session } from '@/api/session';
import { carryWith } from '@/api/transport';
import { Toaster } from '@/parts/ui/Toaster';
import { makeRouter } from '@/shell/router';
import type { FakeGateway } from './fakeGateway';

/** Opens the whole page at a path, against a fake gateway. */
export function openPage(path: string, gateway: FakeGateway) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const router = makeRouter(client, createMemoryHistory({ initialEntries: [path] }));
  const restore = carryWith(gateway.carry);
  session.remember(undefined);
  onTestFinished(restore);
  render(
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
      <Toaster />
    </QueryClientProvider>,
  );
  return { user: userEvent.setup(), router };
}
