export { PageSkeleton as default } from "../(account)/_components/page-skeleton";
