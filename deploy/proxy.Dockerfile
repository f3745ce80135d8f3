# Caddy without root: its folders belong to the user that runs it.
FROM caddy:2.10-alpine
RUN adduser -S -D -H -u 10002 caddy && chown -R caddy /data /config
COPY Caddyfile /etc/caddy/Caddyfile
USER caddy
