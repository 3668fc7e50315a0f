import type { ReactNode } from 'react';

type Props = { title: string; about: string; actions?: ReactNode; children: ReactNode };

/** The frame of a page: what it is, what can be done, then its matter. */
export function Page({ title, about, actions, children }: Props) {
  return (
    <div className="mx-auto max-w-6xl px-4 py-4 lg:px-6 lg:py-5">
      <header className="mb-4 flex flex-wrap items-end justify-between gap-3">
        <div>
          <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
          <p className="text-sm text-soft">{about}</p>
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** A titled part of a page. */
export function Section({
  title,
  actions,
  children,
}: {
  title: string;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section aria-label={title} className="mt-6 first:mt-0">
      <div className="mb-2 flex items-center justify-between gap-3">
        <h2 className="text-sm font-semibold text-soft">{title}</h2>
        {actions}
      </div>
      {children}
    </section>
  );
}
