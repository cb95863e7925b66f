// The readers of an installation, as texts that forms put together.
import { readAsset } from "../../assets.ts";

/** `configuration: { …, installation }`: what host.nix says, and what an installation needs besides. */
export const installationReader = (): string =>
  `((${readAsset("nix/eval/installation.nix")}) (${readAsset("nix/eval/host.nix")}) ${devicesReader()})`;

/** `devices: { layout, layoutReferences }`: disko.devices as plain data. */
export const devicesReader = (): string => `(${readAsset("nix/eval/devices.nix")})`;

/** `disks: configuration: configuration`: with the devices that the operator says. */
export const withDisks = (): string => `(${readAsset("nix/eval/with-disks.nix")})`;
