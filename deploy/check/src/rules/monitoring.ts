import { at, type Json, list, objectsIn, text, toJson } from '../json.ts'
import { title } from '../manifest.ts'
import { promqlFindings } from '../promql.ts'
import { ofKind, type World } from '../world.ts'
import { defineRule, type Rule } from './rule.ts'

export const monitoringRules: readonly Rule[] = [
  defineRule('metric-known', 'the alert never fires, and the panel stays empty', (world) => [
    ...ofKind(world, 'PrometheusRule').flatMap((rule) =>
      expressions(rule.body).flatMap((expr) => promqlFindings(expr).map((finding) => `${title(rule)}: ${finding}`))
    ),
    ...dashboards(world).flatMap(({ name, dashboard }) =>
      expressions(dashboard).flatMap((expr) => promqlFindings(expr).map((finding) => `${name}: ${finding}`))
    )
  ]),
  defineRule('monitor-labels', 'alerts and panels cannot tell the services apart', (world) =>
    ofKind(world, 'ServiceMonitor', 'PodMonitor').flatMap((monitor) => {
      const given = list(at(monitor.body, 'spec.podTargetLabels'))
      return ['app', 'version', 'runtime']
        .filter((label) => !given.includes(label))
        .map((label) => `${title(monitor)}: loses ${label}`)
    })
  )
]

function expressions(value: Json): string[] {
  return [...objectsIn(value)].map(({ object }) => text(object['expr'])).filter((expr) => expr !== '')
}

function dashboards(world: World): { name: string; dashboard: Json }[] {
  return ofKind(world, 'ConfigMap')
    .filter(({ labels }) => labels['grafana_dashboard'] !== undefined)
    .flatMap((map) =>
      Object.entries(at(map.body, 'data') ?? {}).map(([, dashboard]: [string, Json]) => ({
        name: title(map),
        dashboard: toJson(JSON.parse(text(dashboard)))
      }))
    )
}
