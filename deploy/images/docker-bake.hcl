# All images, with the names of the original's, for `docker buildx bake -f deploy/images/docker-bake.hcl` in the repository's
# root, after `npm run build`. HUB, TAGS and PLATFORMS mean what they do in the original's file. `npm run images` uses this
# with Docker, and builds the same without.

variable "HUB" {
  default = "localhost:5000"
}

variable "TAGS" {
  default = "latest"
}

variable "PLATFORMS" {
  default = "linux/amd64,linux/arm64"
}

# See the Dockerfile.
variable "NODE_IMAGE" {
  default = "registry"
}

images = [
  { name = "examples-bookinfo-productpage-v1", service = "productpage", args = { SERVICE_VERSION = "v1" } },
  { name = "examples-bookinfo-productpage-v-flooding", service = "productpage", args = { SERVICE_VERSION = "v-flooding", FLOOD_FACTOR = "100" } },
  { name = "examples-bookinfo-details-v1", service = "details", args = { SERVICE_VERSION = "v1" } },
  { name = "examples-bookinfo-details-v2", service = "details", args = { SERVICE_VERSION = "v2", ENABLE_EXTERNAL_BOOK_SERVICE = "true" } },
  { name = "examples-bookinfo-reviews-v1", service = "reviews", args = { SERVICE_VERSION = "v1" } },
  { name = "examples-bookinfo-reviews-v2", service = "reviews", args = { SERVICE_VERSION = "v2", ENABLE_RATINGS = "true" } },
  { name = "examples-bookinfo-reviews-v3", service = "reviews", args = { SERVICE_VERSION = "v3", ENABLE_RATINGS = "true", STAR_COLOR = "red" } },
  { name = "examples-bookinfo-ratings-v1", service = "ratings", args = { SERVICE_VERSION = "v1" } },
  { name = "examples-bookinfo-ratings-v2", service = "ratings", args = { SERVICE_VERSION = "v2" } },
  { name = "examples-bookinfo-ratings-v-faulty", service = "ratings", args = { SERVICE_VERSION = "v-faulty" } },
  { name = "examples-bookinfo-ratings-v-delayed", service = "ratings", args = { SERVICE_VERSION = "v-delayed" } },
  { name = "examples-bookinfo-ratings-v-unavailable", service = "ratings", args = { SERVICE_VERSION = "v-unavailable" } },
  { name = "examples-bookinfo-ratings-v-unhealthy", service = "ratings", args = { SERVICE_VERSION = "v-unhealthy" } },
]

target "default" {
  matrix = {
    image = images
  }
  name       = image.name
  context    = "."
  dockerfile = "deploy/images/Dockerfile"
  platforms  = split(",", PLATFORMS)
  args       = merge({ SERVICE = image.service, NODE_IMAGE = NODE_IMAGE }, image.args)
  labels = {
    "org.opencontainers.image.title" = image.name
  }
  # The provenance that buildx adds tells when it was built, so no two pushes of the same would be equal.
  attest = ["type=provenance,disabled=true"]
  tags   = [for tag in split(",", TAGS) : HUB == "" ? "${image.name}:${tag}" : "${HUB}/${image.name}:${tag}"]
}
