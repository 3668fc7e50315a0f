import { Link } from '@tanstack/react-router';
import { Boxes, Gauge, KeyRound, ScrollText, Server, Settings, Waypoints } from 'lucide-react';
import { useTranslation } from 'react-i18next';

const PAGES = [
  { to: '/overview', name: 'nav.overview', Icon: Gauge },
  { to: '/requests', name: 'nav.requests', Icon: ScrollText },
  { to: '/providers', name: 'nav.providers', Icon: Server },
  { to: '/routes', name: 'nav.routes', Icon: Waypoints },
  { to: '/keys', name: 'nav.keys', Icon: KeyRound },
  { to: '/groups', name: 'nav.groups', Icon: Boxes },
  { to: '/settings', name: 'nav.settings', Icon: Settings },
] as const;

export function Nav() {
  const { t } = useTranslation();
  return (
    <nav aria-label={t('nav.label')} className="flex gap-0.5 md:flex-1 md:flex-col">
      {PAGES.map(({ to, name, Icon }) => (
        <Link
          key={to}
          to={to}
          className="flex items-center gap-2.5 rounded-md border-l-2 border-transparent px-2 py-1.5 font-medium whitespace-nowrap text-soft hover:bg-hover hover:text-ink"
          activeProps={{ className: 'border-accent! bg-panel text-ink!', 'aria-current': 'page' }}
        >
          <Icon className="size-4" aria-hidden />
          {t(name)}
        </Link>
      ))}
    </nav>
  );
}
