export { default } from "../(account)/not-found";
