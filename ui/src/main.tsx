import './styles.css';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { z } from 'zod';
import { ApiError } from './api/errors';
import { session } from './api/session';
import { startI18n } from './i18n';
import { Toaster } from './parts/ui/Toaster';
import { makeRouter } from './shell/router';

// zod would compile its checks with `eval`, which the content security policy forbids.
z.config({ jitless: true });

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: (failures, error) => failures < 2 && error instanceof ApiError && error.isUnreachable,
    },
  },
});
const router = makeRouter(client);
session.onSignedOut(() => {
  client.removeQueries({ queryKey: ['session'] });
  router.invalidate();
});

await startI18n();
const place = document.getElementById('root');
if (!place) throw new Error('the page has no #root');
createRoot(place).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
      <Toaster />
    </QueryClientProvider>
  </StrictMode>,
);
