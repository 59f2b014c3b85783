<?php
/* What the tests can switch on and off, read from switches.json at every request. */
function rapport_switch($name) {
    $file = ABSPATH . 'switches.json';
    $switches = is_file($file) ? json_decode(file_get_contents($file), true) : [];
    return $switches[$name] ?? null;
}

// Visitors of the tests speak faster than people do.
add_filter('wp_is_comment_flood', fn ($flood) => rapport_switch('flood') ? $flood : false, 99);

// What plugins do that are to make a site safer.
add_filter('rest_authentication_errors', fn ($error) => rapport_switch('rest_closed')
    ? new WP_Error('rest_disabled', 'The REST API is disabled on this site.', ['status' => 401]) : $error, 99);

// A site that did what it was asked, and whose answer never came.
add_filter('rest_post_dispatch', function ($response, $server, $request) {
    if (rapport_switch('silent') && $request->get_method() === 'POST') {
        sleep((int) rapport_switch('silent'));
    }
    return $response;
}, 99, 3);
