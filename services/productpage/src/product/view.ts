import type { BookDetails, Product, Review, Reviews } from '@bookinfo/contracts'
import { href, html, trusted, type Html, type UpstreamResult } from '@bookinfo/service-kit'
import { link } from '@bookinfo/service-kit/look'
import { cover } from '../site/assets.ts'
import { answersPicture, avatar, notice } from '../site/parts.ts'
import { ratingStars, starsForm, type StarsForm } from '../stars/view.ts'
import { sorry } from '../upstreams/call-result.ts'
import { timingsView, type Timings } from './timings.ts'

export interface ProductScene {
  root: string
  product: Product
  details: UpstreamResult<BookDetails>
  reviews: UpstreamResult<Reviews>
  /** For signed-in users, if ratings accept stars. */
  stars: StarsForm | undefined
  timings: Timings
  /** Address of the page's own trace; undefined without a trace viewer. */
  traceUrl: string | undefined
  answersUrl: string
}

/** The content of `/productpage`: a book, its details and its reviews, with a notice in place of each missing part. */
export function productView(scene: ProductScene): Html {
  const { root, product, details, reviews, stars, timings, traceUrl, answersUrl } = scene
  return html`<article>
    <section class="hero">
      <img
        class="cover"
        src="${link(root, href(cover))}"
        alt="Cover: two masks that look alike"
        width="240"
        height="340"
      />
      <h1>${product.title}</h1>
      <div>
        <p class="lead">${trusted(product.descriptionHtml)}</p>
        <p>
          <a class="more" href="https://istio.io">Learn more about Istio <span aria-hidden="true">&rarr;</span></a>
        </p>
      </div>
    </section>
    <section class="card" aria-labelledby="details-title">
      <h2 id="details-title">Book Details</h2>
      ${details.ok ? detailsTable(details.value) : notice('Error fetching product details', sorry('details'))}
    </section>
    <section class="card" aria-labelledby="reviews-title">
      <h2 id="reviews-title">Book Reviews</h2>
      ${reviews.ok ? reviewList(reviews.value, reviews.version) : notice('Error fetching product reviews', sorry('reviews'))}
      ${answersUrl !== '' && answersPicture(answersUrl)}
    </section>
    ${stars && starsForm(stars)} ${timingsView(timings, traceUrl)}
  </article>`
}

function detailsTable(book: BookDetails): Html {
  const facts = [
    ['ISBN-10', book['ISBN-10']],
    ['Publisher', book.publisher],
    ['Pages', book.pages],
    ['Type', book.type],
    ['Language', book.language],
    ['Author', book.author],
    ['Year', book.year],
    ['ISBN-13', book['ISBN-13']]
  ] as const
  return html`<dl class="facts">
    ${facts.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value ?? 'unknown'}</dd>
        </div>`
    )}
  </dl>`
}

function reviewList({ reviews, podname, clustername }: Reviews, sentVersion: string | undefined): Html {
  const version = sentVersion ?? versionIn(podname)
  // The original's reviews answer the text "null" for a pod or a cluster without a name.
  const [pod, cluster] = [podname, clustername].map((name) => (name === 'null' ? undefined : name))
  return html`${
      (version ?? pod) &&
      html`<p class="row quiet">
        <span>Reviews served by:</span>
        ${version && html`<strong class="version mark">reviews ${version}</strong>`} ${pod && html`<code>${pod}</code>`}
        ${cluster && html`<span>on cluster <code>${cluster}</code></span>`}
      </p>`
    }
    <ul class="reviews">
      ${reviews.map(reviewItem)}
    </ul>`
}

function reviewItem({ reviewer, text, rating }: Review): Html {
  return html`<li>
    <figure>
      ${rating && ratingStars(rating)}
      <blockquote><p>${text}</p></blockquote>
      <figcaption class="row more">${avatar(reviewer)}<span>${reviewer}</span></figcaption>
    </figure>
  </li>`
}

/** The original's reviews do not send their version, but the pod names of a Deployment contain it. */
function versionIn(podname: string): string | undefined {
  return /-(v[0-9]+)-/.exec(podname)?.[1]
}
