import type { ComponentProps, ReactNode } from 'react';
import { cn } from '@/lib/cn';

/** A dense table in a frame of its own that scrolls sideways when it must. */
export function Table({
  label,
  heads,
  children,
}: {
  label: string;
  heads: ReactNode[];
  children: ReactNode;
}) {
  return (
    <div className="overflow-x-auto rounded-lg border border-line bg-panel">
      <table aria-label={label} className="w-full border-collapse text-left">
        <thead>
          <tr className="border-b border-line bg-sunken/60">
            {heads.map((head, column) => (
              <th
                key={column}
                scope="col"
                className="px-3 py-1.5 text-xs font-medium whitespace-nowrap text-faint"
              >
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="[&>tr:not(:last-child)]:border-b [&>tr]:border-line">{children}</tbody>
      </table>
    </div>
  );
}

export function Cell({ className, ...rest }: ComponentProps<'td'>) {
  return <td className={cn('px-3 py-2 align-middle', className)} {...rest} />;
}

/** The first cell of a row, which names it. */
export function NameCell({ className, ...rest }: ComponentProps<'th'>) {
  return (
    <th scope="row" className={cn('px-3 py-2 text-left align-middle font-medium', className)} {...rest} />
  );
}
