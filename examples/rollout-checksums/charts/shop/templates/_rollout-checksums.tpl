{{/* The SHA-256 of the objects of this chart, by list and name. It is over the data
     alone: labels and versions roll nobody. */}}
{{- define "shop.ownChecksums" -}}
configMaps:
  {{ .Release.Name }}-settings: {{ include "shop.settings" . | sha256sum | quote }}
secrets:
  {{ .Release.Name }}-session: {{ include "shop.session" . | sha256sum | quote }}
{{- end }}

{{/* The key of an annotation. Takes `kind` and `name`. Kubernetes takes one slash,
     and 63 characters behind it, where a name may have 253: longer ones are cut, and
     told apart by a hash of the whole name. */}}
{{- define "shop.checksumKey" -}}
{{- $key := printf "%s-%s" .kind .name }}
{{- if gt (len $key) 63 }}
{{- $key = printf "%s-%s" (trunc 52 $key) (.name | sha256sum | trunc 10) }}
{{- end -}}
checksum/{{ $key }}
{{- end }}

{{/* The annotations of the listed objects, nothing where the switch is off. Whatever
     would leave a listed object without a true checksum is an error. */}}
{{- define "shop.rolloutChecksums" -}}
{{- $given := .Values.rolloutChecksums }}
{{- if $given.enabled }}
{{- if not (concat ($given.secrets | default list) ($given.configMaps | default list)) }}
{{- fail "rolloutChecksums.enabled is true, but nothing is listed under rolloutChecksums.secrets or rolloutChecksums.configMaps: name the objects whose changes roll the pods, or set it to false" }}
{{- end }}
{{- $root := . }}
{{- $own := include "shop.ownChecksums" . | fromYaml }}
{{- $lines := list }}
{{- range $list, $kind := dict "secrets" "secret" "configMaps" "configmap" }}
{{- $ours := get $own $list }}
{{- $theirs := get $root.Values.external $list | default list }}
{{- $digests := get ($given.checksums | default dict) $list | default dict }}
{{- range $name := get $given $list }}
{{- $where := printf "rolloutChecksums.%s lists %q" $list $name }}
{{- $digest := "" }}
{{- if hasKey $ours $name }}
{{- if hasKey $digests $name }}
{{- fail (printf "%s, which belongs to this chart and is hashed by it: remove rolloutChecksums.checksums.%s.%s" $where $list $name) }}
{{- end }}
{{- $digest = get $ours $name }}
{{- else if has $name $theirs }}
{{- if not (hasKey $digests $name) }}
{{- fail (printf "%s, which another release brings, but there is no checksum of it: declare it as a source and run `helmsum generate`" $where) }}
{{- end }}
{{- $digest = get $digests $name }}
{{- if not (and (kindIs "string" $digest) (regexMatch "^[0-9a-f]{64}$" $digest)) }}
{{- fail (printf "rolloutChecksums.checksums.%s.%s is %q, and not a SHA-256 of 64 hexadecimal digits: run `helmsum generate`" $list $name (toString $digest)) }}
{{- end }}
{{- else }}
{{- fail (printf "%s, which the pods do not read: known are %s" $where (concat (keys $ours) $theirs | sortAlpha | join ", ")) }}
{{- end }}
{{- $key := include "shop.checksumKey" (dict "kind" $kind "name" $name) }}
{{- $lines = append $lines (printf "%s: %q" $key $digest) }}
{{- end }}
{{- end }}
{{- join "\n" ($lines | sortAlpha) }}
{{- end }}
{{- end }}
