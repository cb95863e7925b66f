// The short codes of sgdisk that layouts use, as the GUIDs that a table holds (sgdisk -L; gptfdisk, parttypes.cc).

const codes: Readonly<Record<string, string>> = {
  "0700": "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7",
  "8200": "0657fd6d-a4ab-43c4-84e5-0933c84b4f4f",
  "8300": "0fc63daf-8483-4772-8e79-3d69d8477de4",
  "8301": "8da63339-0007-60c0-c436-083ac8230908",
  "8302": "933ac7e1-2eb4-4f13-b844-0e14e2aef915",
  "8303": "44479540-f297-41b2-9af7-d131d5f0458a",
  "8304": "4f68bce3-e8cd-4db1-96e7-fbcaf984b709",
  "8305": "b921b045-1df0-41c3-af44-4c6f280d3fae",
  "8306": "3b8f8425-20e0-4f3b-907f-1a25a76f98e8",
  "8309": "ca7d7ccb-63ed-4c53-861c-1742536059cc",
  "8310": "4d21b016-b534-45c2-a9fb-5c16e091fd2d",
  "8e00": "e6d6d379-f507-44c2-a23c-238f2a3df928",
  bf00: "6a85cf4d-1dd2-11b2-99a6-080020736631",
  bf01: "6a898cc3-1dd2-11b2-99a6-080020736631",
  ea00: "bc13c2ff-59e6-4262-a352-b275fd6f7172",
  ef00: "c12a7328-f81f-11d2-ba4b-00a0c93ec93b",
  ef02: "21686148-6449-6e6f-744e-656564454649",
  fd00: "a19d880f-05fc-4d3b-a006-743f0f84911e",
};

/**
 * The GUID of a partition's type, in lower case; null where the code is not known here.
 * @param type as a layout has it: a code of sgdisk, or a GUID
 */
export function typeGuid(type: string): string | null {
  const lower = type.toLowerCase();
  if (lower.length > 4) return lower;
  return Object.hasOwn(codes, lower) ? (codes[lower] ?? null) : null;
}
