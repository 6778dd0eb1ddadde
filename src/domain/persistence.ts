/** How long a store keeps what it is given, shortest first. */
export const persistences = ['until-exit', 'until-logout', 'until-reboot', 'until-delete'] as const;

export type Persistence = (typeof persistences)[number];
