{{/* The labels of every object. The chart's version is one of them, so a new
     version changes the object, but must not change its pods. */}}
{{- define "store.labels" -}}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{ include "store.selector" . }}
{{- end }}

{{/* What finds the pods, and all the labels they have. */}}
{{- define "store.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* The data of the Secret. Both the Secret and the checksum are made of it, so
     that they cannot disagree. */}}
{{- define "store.credentials" -}}
{{- if not .Values.credentials }}
{{- fail "credentials is empty: the store does not start without any" }}
{{- end }}
{{- $data := dict }}
{{- range $key, $value := .Values.credentials }}
{{- $_ := set $data $key ($value | toString | b64enc) }}
{{- end }}
{{- toYaml $data }}
{{- end }}
