import { useQueryClient } from '@tanstack/react-query';
import { Outlet } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { listen } from '@/api/events';
import { ConnectPanel } from '@/parts/ConnectPanel';
import { GroupSwitcher } from './GroupSwitcher';
import { Nav } from './Nav';
import { SideFoot } from './SideFoot';

/** The frame around every page but the login. */
export function Shell() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [connecting, setConnecting] = useState(false);
  useEffect(() => listen(client), [client]);
  return (
    <div className="flex h-full max-md:flex-col">
      <a
        href="#main"
        className="sr-only z-50 rounded-md bg-panel px-3 py-1.5 focus:not-sr-only focus:absolute focus:top-2 focus:left-2"
      >
        {t('shell.skip')}
      </a>
      <aside className="flex shrink-0 flex-col gap-4 border-line bg-sunken max-md:flex-row max-md:items-center max-md:overflow-x-auto max-md:border-b max-md:p-2 md:w-44 lg:w-52 md:border-r md:p-3">
        <div className="flex items-center gap-2 px-1 pt-1 max-md:hidden">
          <img src="/favicon.svg" alt="" className="size-6" />
          <span className="text-lg font-semibold tracking-tight">Keyway</span>
        </div>
        <GroupSwitcher />
        <Nav />
        <SideFoot connect={() => setConnecting(true)} />
      </aside>
      <main id="main" tabIndex={-1} className="min-h-0 min-w-0 flex-1 overflow-y-auto outline-none">
        <Outlet />
      </main>
      {connecting && <ConnectPanel onClose={() => setConnecting(false)} />}
    </div>
  );
}
