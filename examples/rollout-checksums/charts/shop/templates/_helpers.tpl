{{/* The labels of every object. The chart's version is one of them, so a new
     version changes the object, but must not change its pods. */}}
{{- define "shop.labels" -}}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* What finds the pods of a workload. Takes the chart and the workload's name. */}}
{{- define "shop.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .workload }}
{{- end }}

{{/* The data of the objects of this chart. Objects and checksums are made of the
     same text, so that they cannot disagree. */}}
{{- define "shop.settings" -}}
{{- toYaml (.Values.settings | default dict) }}
{{- end }}

{{- define "shop.session" -}}
{{- $data := dict }}
{{- range $key, $value := .Values.session }}
{{- $_ := set $data $key ($value | b64enc) }}
{{- end }}
{{- toYaml $data }}
{{- end }}

{{/* A Deployment. Takes the chart and the workload's name. The checksums are looked
     at even where a workload does not use them: a mistake among them is one. */}}
{{- define "shop.deployment" -}}
{{- $root := .root }}
{{- $workload := get $root.Values .workload }}
{{- $annotations := include "shop.rolloutChecksums" $root }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $root.Release.Name }}-{{ .workload }}
  namespace: {{ $root.Release.Namespace }}
  labels:
    {{- include "shop.labels" $root | nindent 4 }}
spec:
  replicas: {{ $workload.replicas }}
  selector:
    matchLabels:
      {{- include "shop.selector" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "shop.selector" . | nindent 8 }}
      {{- if and $workload.useRolloutChecksums $annotations }}
      annotations:
        {{- $annotations | nindent 8 }}
      {{- end }}
    spec:
      containers:
        - name: {{ .workload }}
          image: {{ $root.Values.image }}
          envFrom:
            - configMapRef:
                name: {{ $root.Release.Name }}-settings
            - secretRef:
                name: {{ $root.Release.Name }}-session
            {{- range $root.Values.external.configMaps }}
            - configMapRef:
                name: {{ . }}
            {{- end }}
            {{- range $root.Values.external.secrets }}
            - secretRef:
                name: {{ . }}
            {{- end }}
          resources:
            requests:
              cpu: 10m
              memory: 16Mi
            limits:
              memory: 64Mi
          securityContext:
            allowPrivilegeEscalation: false
            capabilities:
              drop: [ALL]
            readOnlyRootFilesystem: true
            runAsNonRoot: true
            seccompProfile:
              type: RuntimeDefault
{{- end }}
