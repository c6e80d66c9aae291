import { escapeOctal } from "../src/octal-escape.ts";

/** The words that a line is made of, repeated with different numbers: overlays, btrfs subvolumes, cgroups, bind mounts. */
const KINDS = [
  (n: number): string =>
    `/ ${escapeOctal(`/var/lib/containers/storage/overlay/${String(n)} a/merged`)} rw,nodev,relatime shared:${String(n)} - overlay overlay rw,lowerdir=/l/${String(n)}:/l/base,upperdir=/u/${String(n)},workdir=/w/${String(n)},redirect_dir=on`,
  (n: number): string =>
    `/@home/${String(n)} /home/user${String(n)} rw,noatime shared:1 master:${String(n)} propagate_from:2 - btrfs /dev/sda2 rw,ssd,space_cache=v2,subvolid=257,subvol=/@home`,
  (n: number): string =>
    `/ /sys/fs/cgroup/${String(n)} ro,nosuid,nodev,noexec,relatime - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot`,
  (n: number): string =>
    `/etc/hosts /containers/${String(n)}/etc/hosts rw,relatime - ext4 /dev/vda rw,discard`,
];

/** A mountinfo of `count` lines. */
export function generateMountinfo(count: number): string {
  return Array.from({ length: count }, (_, n) => {
    const rest = KINDS[n % KINDS.length]?.(n) ?? "";
    return `${String(n + 20)} ${String((n >> 3) + 20)} 0:${String(n + 30)} ${rest}\n`;
  }).join("");
}
