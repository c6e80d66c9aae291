export { default } from "@ns/eslint-config";
