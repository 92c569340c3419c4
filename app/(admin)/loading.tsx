export { PageSkeleton as default } from "../(account)/_components/page-header";
