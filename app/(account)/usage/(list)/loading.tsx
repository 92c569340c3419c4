// Of the list alone: a request that isn't there must be able to answer 404, and a page that began to stream can't.
export { PageSkeleton as default } from "../../_components/page-header";
